/** What goes wrong with a definition's `report.linkDays`: a link must not outlive what it leads to. */
export function linkIssues({
  report: { linkDays },
  retentionDays,
}: {
  readonly report: { readonly linkDays?: number | undefined };
  readonly retentionDays: number;
}): { readonly path: string; readonly message: string; readonly received: unknown }[] {
  if (linkDays === undefined || linkDays <= retentionDays) return [];
  const message = `must be at most retentionDays, ${retentionDays}: then the report is gone`;
  return [{ path: 'report.linkDays', message, received: linkDays }];
}
