import { Listr } from 'listr2';
import type { StackMessage } from './contract.js';

/** Shows how a stack comes up: a live list on a terminal, one line an event elsewhere. */
export interface Progress {
  report(message: StackMessage): void;
  /** The start is over, well or not: what follows is plain lines. */
  end(): Promise<void>;
}

export function showProgress(names: readonly string[], terminal: boolean): Progress {
  return terminal ? new LiveList(names) : new Lines();
}

class Lines implements Progress {
  report({ part, kind, text }: StackMessage): void {
    const mark = kind === 'died' || kind === 'warning' ? '!' : ' ';
    console.log(`${mark} ${part.padEnd(11)} ${text}`);
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

class LiveList implements Progress {
  private readonly lines = new Lines();
  private readonly rows = new Map<string, Row>();
  private readonly shown: Promise<unknown>;
  private over = false;

  constructor(names: readonly string[]) {
    for (const name of names) this.rows.set(name, new Row(name));
    const tasks = [...this.rows.values()].map((row) => ({
      title: row.name,
      task: (_: unknown, task: { title: string }): Promise<void> => {
        row.onText = (text) => (task.title = `${row.name.padEnd(11)} ${text}`);
        return row.done;
      },
    }));
    this.shown = new Listr(tasks, { concurrent: true, registerSignalListeners: false }).run();
  }

  report(message: StackMessage): void {
    const row = this.rows.get(message.part);
    if (this.over || row === undefined || message.kind === 'died' || message.kind === 'warning')
      this.lines.report(message);
    else row.show(message);
  }

  async end(): Promise<void> {
    this.over = true;
    for (const row of this.rows.values()) row.finish();
    await this.shown;
  }
}

class Row {
  onText: (text: string) => void = () => undefined;
  readonly done: Promise<void>;
  private resolve: () => void = () => undefined;

  constructor(readonly name: string) {
    this.done = new Promise((resolve) => (this.resolve = resolve));
  }

  show({ kind, text }: StackMessage): void {
    this.onText(text);
    if (kind === 'ready') this.finish();
  }

  finish(): void {
    this.resolve();
  }
}
