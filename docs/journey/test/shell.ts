/**
 * As much of a shell as the guide's commands need: `NAME=value` lines, quotes, `$NAME`, `\` at a line's end, and `$(date …)`
 * in two forms. A chapter's commands are for people with a terminal; here the same text is read and done without one, so
 * that the guide needs no tool that a build machine may lack.
 */
export class Shell {
  constructor(
    readonly variables: Map<string, string>,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Does the assignments in a block and returns its other lines as words. */
  read(block: string): string[][] {
    const commands: string[][] = [];
    const reader = new WordReader(block, (text) => this.value(text));
    for (let words = reader.line(); words !== null; words = reader.line()) {
      const [, name, value] = /^([A-Z_]+)=(.*)$/s.exec(words[0] ?? '') ?? [];
      if (name !== undefined && value !== undefined && words.length === 1) this.variables.set(name, value);
      else if (words.length > 0) commands.push(words);
    }
    return commands;
  }

  private value(text: string): string {
    if (text === 'date -u +%FT%T.%3NZ') return this.now().toISOString();
    if (text === 'date -u +%F') return this.day(0);
    if (text === "date -u -d '2 days' +%F") return this.day(2);
    const value = this.variables.get(text);
    if (value === undefined) throw new Error(`the guide uses ${text}, which nothing before it has set`);
    return value;
  }

  private day(after: number): string {
    return new Date(this.now().getTime() + after * 86_400_000).toISOString().slice(0, 10);
  }
}

class WordReader {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly valueOf: (text: string) => string,
  ) {}

  /** The words of the next line that has any; null at the end. */
  line(): string[] | null {
    const words: string[] = [];
    let word: string | null = null;
    const end = (): void => {
      if (word !== null) words.push(word);
      word = null;
    };
    while (this.at < this.text.length) {
      const c = this.text.charAt(this.at++);
      if (c === '\n') {
        end();
        if (words.length > 0) return words;
      } else if (c === ' ') end();
      else if (c === '\\') {
        const next = this.text.charAt(this.at++);
        if (next !== '\n') word = (word ?? '') + next;
      } else if (c === '#' && word === null) {
        this.until('\n');
        this.at--; // the line ends all the same
      } else if (c === "'") word = (word ?? '') + this.until("'");
      else if (c === '"') word = (word ?? '') + this.expand(this.until('"'));
      else if (c === '$') word = (word ?? '') + this.dollar();
      else word = (word ?? '') + c;
    }
    end();
    return words.length > 0 ? words : null;
  }

  private until(mark: string): string {
    const from = this.at;
    const to = this.text.indexOf(mark, from);
    this.at = to < 0 ? this.text.length : to + 1;
    return this.text.slice(from, to < 0 ? undefined : to);
  }

  private dollar(): string {
    if (this.text.charAt(this.at) === '(') {
      this.at++;
      return this.valueOf(this.until(')'));
    }
    const name = /^[A-Z_]+/.exec(this.text.slice(this.at))?.[0] ?? '';
    this.at += name.length;
    return this.valueOf(name);
  }

  private expand(text: string): string {
    return text.replace(/\$([A-Z_]+)/g, (_, name: string) => this.valueOf(name));
  }
}
