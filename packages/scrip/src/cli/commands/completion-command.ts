import type { Command } from 'commander';
import { Argument } from 'commander';
import { describeCommand } from '../api-command.ts';
import { completeWords } from '../complete-words.ts';
import type { Shell } from '../completion-scripts.ts';
import { completionScripts } from '../completion-scripts.ts';
import { writeData } from '../terminal.ts';

/** Prints what a shell has to run once, so that its Tab key knows the commands. */
export function completionCommand(): Command {
  return describeCommand('completion', {
    description: 'print a script that lets a shell complete commands with Tab',
    examples: [
      'source <(scrip completion bash)       # now; put it into ~/.bashrc for always',
      'source <(scrip completion zsh)        # likewise, ~/.zshrc',
      'scrip completion fish | source        # likewise, ~/.config/fish/config.fish',
    ],
  })
    .addArgument(new Argument('<shell>', 'which').choices(Object.keys(completionScripts)))
    .option('--json', 'print the shell and the script as JSON')
    .action((shell: Shell, { json = false }: { json?: boolean }) => {
      const script = completionScripts[shell];
      writeData(json ? JSON.stringify({ shell, script }) : script);
    });
}

/** What those scripts ask: the words that fit, one on each line, with what they mean after a tab. */
export function completeCommand(program: Command): Command {
  return describeCommand('complete', {
    description: 'print the words that fit, for the scripts of "scrip completion"',
    examples: ["scrip complete -- grant ''"],
  })
    .argument('[words...]', 'what is typed after "scrip", up to the cursor')
    .action((words: string[]) => {
      const lines = completeWords(program, words).map(({ word, description }) => `${word}\t${description}`);
      if (lines.length > 0) writeData(lines.join('\n'));
    });
}
