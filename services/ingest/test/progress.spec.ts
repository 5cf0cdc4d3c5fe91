import { ProgressBook } from '../src/progress/progress-book.js';
import { RawProgress } from '../src/progress/raw-progress.js';

describe('RawProgress', () => {
  const make = (caughtUp: { at: number | null }) => {
    let now = 0;
    const progress = new RawProgress(
      'cdr.raw',
      0,
      { caughtUpTo: () => caughtUp.at, brokerTimeMs: () => 99_000, lag: () => 0, signal: new AbortController().signal },
      () => now,
    );
    return { progress, pass: (ms: number) => void (now += ms) };
  };
  test('behind, it is the last committed record, less a millisecond; a step that is not committed counts for nothing', () => {
    const { progress } = make({ at: null });
    expect(progress.value()).toBe(0);
    progress.stepped(50_000);
    expect(progress.value()).toBe(0);
    progress.committed();
    expect(progress.value()).toBe(49_999);
  });
  test("caught up, it is the broker's time; it is published once a second and never goes back", () => {
    const caughtUp = { at: 60_000 as number | null };
    const { progress, pass } = make(caughtUp);
    expect(progress.due()?.progressAt).toBe(60_000_000);
    caughtUp.at = 60_500;
    expect(progress.due()).toBeNull();
    pass(1_000);
    expect(progress.due()?.progressAt).toBe(60_500_000);
    caughtUp.at = 10;
    pass(1_000);
    expect(progress.due()).toBeNull();
  });
});

describe('ProgressBook', () => {
  const book = new ProgressBook(2);
  const saw = (partition: number, progressMs: number, writtenAtMs: number): void =>
    book.saw({ topic: 'cdr.raw', partition, progressAt: progressMs * 1000, at: 0 }, writtenAtMs);
  test('a correlation task stands for the least of what raw tasks had written before it read', () => {
    saw(0, 1_000, 1_100);
    expect(book.passed(5_000)).toBe(0);
    saw(1, 900, 1_200);
    expect(book.passed(5_000)).toBe(900);
    saw(1, 2_000, 2_100);
    expect(book.passed(2_050)).toBe(900);
    expect(book.passed(2_100)).toBe(1_000);
    saw(0, 3_000, 3_100);
    expect(book.passed(3_099)).toBe(1_000);
    expect(book.passed(3_100)).toBe(2_000);
    expect(book.passed(1_000)).toBe(0);
  });
});
