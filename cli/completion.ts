import type { Command } from 'commander';

/** Shells that a script can be made for. */
export const SHELLS = ['bash', 'zsh'] as const;
export type Shell = (typeof SHELLS)[number];

/** Names of the project's pipelines, as a shell finds them without starting anything. */
const PIPELINES = 'for d in pipelines/*/; do test -d "$d" && basename "$d"; done';

/** A script that completes commands, options and pipelines' names, made of what the command line itself knows. */
export function completionScript(cli: Command, shell: Shell): string {
  return shell === 'zsh' ? `autoload -U +X bashcompinit && bashcompinit\n${bash(cli)}` : bash(cli);
}

const visible = (cli: Command) => cli.commands.filter((command) => command.name() !== 'help');
const flagsOf = (command: Command) => [...command.options.flatMap(({ long }) => long ?? []), '--help'];

function bash(cli: Command): string {
  const commands = visible(cli);
  const cases = commands.map((command) => `    ${command.name()}) words="${flagsOf(command).join(' ')}" ;;`);
  return `_microprocess() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words
  case "$before" in
    -P|--pipeline) COMPREPLY=($(compgen -W "$(${PIPELINES})" -- "$word")); return ;;
    -f|--file|-i|--items|-o|--out) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map((command) => command.name()).join(' ')} --help --version" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  case "\${COMP_WORDS[1]}" in run|start|limits) words="$words $(${PIPELINES})" ;; esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _microprocess microprocess
`;
}
