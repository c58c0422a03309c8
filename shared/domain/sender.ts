/**
 * The identities of SES that let an address send, most specific first: itself, its domain, and each domain above that.
 * @example senderIdentities('a@mail.company.com') // a@mail.company.com, mail.company.com, company.com
 */
export function senderIdentities(address: string): readonly string[] {
  const labels = address.slice(address.lastIndexOf('@') + 1).split('.');
  // A single label is nobody's domain.
  const domains = labels
    .map((_, i) => labels.slice(i).join('.'))
    .filter((domain, i) => i === 0 || domain.includes('.'));
  return [address, ...domains];
}
