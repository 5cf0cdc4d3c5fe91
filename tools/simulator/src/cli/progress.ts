/** One line that is rewritten on a terminal, and printed now and then where there is none. */
export class Progress {
  private lastPrintedAt = 0;
  private width = 0;

  constructor(private readonly stream: NodeJS.WriteStream = process.stderr) {}

  show(text: string): void {
    const now = Date.now();
    if (this.stream.isTTY) {
      if (now - this.lastPrintedAt < 100) return;
      this.stream.write(`\r${text.padEnd(this.width)}`);
      this.width = text.length;
    } else {
      if (now - this.lastPrintedAt < 10_000) return;
      this.stream.write(`${text}\n`);
    }
    this.lastPrintedAt = now;
  }

  /** Ends the line; what follows starts on a new one. */
  done(text: string): void {
    this.stream.write(this.stream.isTTY ? `\r${text.padEnd(this.width)}\n` : `${text}\n`);
    this.width = 0;
    this.lastPrintedAt = 0;
  }
}
