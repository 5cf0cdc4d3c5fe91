/** Counts what passed, failed and was skipped over every part of a run; its last line is a contract. */
export class Tally {
  passed = 0;
  failed = 0;
  skipped = [];
  failures = [];
  notes = [];

  pass(count = 1) {
    this.passed += count;
  }

  fail(name) {
    this.failed++;
    this.failures.push(name);
  }

  /** A skip must say why; one that does not counts as a failure. */
  skip(name, reason) {
    if (reason === undefined) this.fail(`${name}: skipped without a reason in its name ("… [skipped: reason]")`);
    else this.skipped.push({ name, reason });
  }

  /** A line for the end of the output, such as where logs were kept. */
  note(text) {
    this.notes.push(text);
  }

  get exitCode() {
    return this.failed === 0 && this.passed > 0 ? 0 : 1;
  }

  print() {
    const out = ['', ...this.notes];
    for (const { name, reason } of this.skipped) out.push(`Skipped: ${name}: ${reason}`);
    for (const name of this.failures) out.push(`Failed: ${name}`);
    out.push(`Total: ${this.passed} passed, ${this.failed} failed, ${this.skipped.length} skipped`);
    console.log(out.join('\n'));
  }
}
