/** A line that asks something of the installation. */
export interface Command {
  words: string[];
  /** `NAME=$(… | jq -r .path)`: the variable that takes a part of the answer. */
  into: { name: string; path: string } | null;
}

const CAPTURE = /([A-Z_]+)=\$\((.*?) \| jq -r (\.\S+?)\)(?:\n|$)/sy;
const HERE_DOCUMENT = /cat > (\S+) <<'EOF'\n(.*?\n)EOF(?:\n|$)/sy;

/**
 * As much of a shell as the guides' commands need: `NAME=value` lines, quotes, `$NAME`, `\` at a line's end, `$(date …)` in
 * a few forms, `NAME=$(rs … | jq -r .path)` and `cat > file <<'EOF'`. A chapter's commands are for people with a terminal;
 * here the same text is read and done without one, so that the guides need no tool that a build machine may lack.
 */
export class Shell {
  /** What here-documents wrote, by name; nothing is on disk. */
  readonly files = new Map<string, string>();

  constructor(
    readonly variables: Map<string, string>,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Does the assignments in a block and yields its other lines, each when those before it are done. */
  *read(block: string): Generator<Command> {
    const reader = new WordReader(block, (text) => this.value(text));
    for (;;) {
      const [, file, content] = reader.take(HERE_DOCUMENT) ?? [];
      if (file !== undefined && content !== undefined) {
        this.files.set(file, content);
        continue;
      }
      const [, into, asked, path] = reader.take(CAPTURE) ?? [];
      if (into !== undefined && asked !== undefined && path !== undefined) {
        const words = new WordReader(asked, (text) => this.value(text)).line() ?? [];
        yield { words, into: { name: into, path } };
        continue;
      }
      const words = reader.line();
      if (words === null) return;
      const [, name, value] = /^([A-Z_]+)=(.*)$/s.exec(words[0] ?? '') ?? [];
      if (name !== undefined && value !== undefined && words.length === 1) this.variables.set(name, value);
      else if (words.length > 0) yield { words, into: null };
    }
  }

  private value(text: string): string {
    if (text === 'date -u +%FT%T.%3NZ') return this.now().toISOString();
    if (text === 'date -u +%F') return this.day(0);
    const [, count, unit, format] = /^date -u -d '(-?\d+) (seconds|minutes|days)' \+(%F|%FT%TZ)$/.exec(text) ?? [];
    if (count !== undefined && unit !== undefined) {
      const then = new Date(this.now().getTime() + Number(count) * (MILLISECONDS[unit] ?? 0)).toISOString();
      return format === '%F' ? then.slice(0, 10) : `${then.slice(0, 19)}Z`;
    }
    const value = this.variables.get(text);
    if (value === undefined) throw new Error(`the guide uses ${text}, which nothing before it has set`);
    return value;
  }

  private day(after: number): string {
    return new Date(this.now().getTime() + after * 86_400_000).toISOString().slice(0, 10);
  }
}

/** How many commands a block has, whatever its variables are. */
export function commandsIn(block: string): number {
  return [...new Shell(new AnyVariable()).read(block)].length;
}

class AnyVariable extends Map<string, string> {
  override get(): string {
    return '0';
  }
}

const MILLISECONDS: Record<string, number> = { seconds: 1_000, minutes: 60_000, days: 86_400_000 };

class WordReader {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly valueOf: (text: string) => string,
  ) {}

  /** What matches (sticky) where the next line begins, and goes on behind it. */
  take(pattern: RegExp): RegExpExecArray | null {
    while (this.text.charAt(this.at) === '\n') this.at++;
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at = pattern.lastIndex;
    return found;
  }

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
