/**
 * What each shell runs to ask "scrip complete" for the words that fit. The words typed so far are handed over as they
 * are, and never evaluated; where nothing fits, file names do.
 */
export const completionScripts = {
  bash: String.raw`_scrip() {
  local IFS=$'\n'
  COMPREPLY=($(scrip complete -- "${'$'}{COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _scrip scrip`,
  zsh: String.raw`#compdef scrip
_scrip() {
  local line description
  local -a candidates
  for line in "${'$'}{(@f)$(scrip complete -- "${'$'}{(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    description="${'$'}{line#*$'\t'}"
    [[ -n $line ]] && candidates+=("${'$'}{line%%$'\t'*}${'$'}{description:+:$description}")
  done
  if (( $#candidates )); then _describe scrip candidates; else _files; fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
compdef _scrip scrip`,
  fish: String.raw`function __scrip_complete
  set -l words (commandline -opc) (commandline -ct)
  scrip complete -- $words[2..-1] 2>/dev/null
end
complete -c scrip -f -a '(__scrip_complete)'
complete -c scrip -n 'test (count (__scrip_complete)) -eq 0' -F`,
} as const;

export type Shell = keyof typeof completionScripts;
