/**
 * A fault that the person at the terminal can mend: its message is one sentence that says what is wrong and what to do.
 * Anything else that is thrown is a fault of ours and keeps its stack trace.
 */
export class StackError extends Error {
  override readonly name = 'StackError';
}
