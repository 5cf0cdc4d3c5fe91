import { UNKNOWN_ORIGIN } from '@ratestream/catalog';

/** What a message offers to match on besides where it goes. */
export interface Facts {
  /** null: nobody knows it. */
  readonly originCountry: string | null;
  readonly routeGrade: string | null;
  readonly trafficClass: string;
  readonly senderType: string | null;
}

/** Four values as numbers; 0: none, in a row: any. */
export interface Combination {
  /** −1 of a message whose origin nobody knows. */
  readonly origin: number;
  readonly grade: number;
  readonly trafficClass: number;
  readonly sender: number;
}

/**
 * Numbers for the values that rows of any table name. What messages say and no row names has none, so that nothing that a caller
 * says is kept.
 */
class Words {
  private readonly numbers = new Map<string, number>();

  add(value: string): number {
    let number = this.numbers.get(value);
    if (number === undefined) {
      this.numbers.set(value, (number = this.numbers.size + 1));
      last = null;
    }
    return number;
  }

  of(value: string | null): number {
    return value === null ? 0 : (this.numbers.get(value) ?? 0);
  }
}

const WORDS = { origin: new Words(), grade: new Words(), trafficClass: new Words(), sender: new Words() };
let last: Facts | null = null;
let lastWords: Combination = { origin: 0, grade: 0, trafficClass: 0, sender: 0 };

/** Looked up once for all legs of a message: the answer for the last facts is kept. */
export function wordsOf(facts: Facts): Combination {
  const { originCountry, routeGrade, trafficClass, senderType } = facts;
  if (
    last !== null &&
    last.trafficClass === trafficClass &&
    last.senderType === senderType &&
    last.originCountry === originCountry &&
    last.routeGrade === routeGrade
  )
    return lastWords;
  last = facts;
  lastWords = {
    // An origin that is not known is no value of the dimension, also where the record calls it unknown.
    origin: originCountry === null || originCountry === UNKNOWN_ORIGIN ? -1 : WORDS.origin.of(originCountry),
    grade: WORDS.grade.of(routeGrade),
    trafficClass: WORDS.trafficClass.of(trafficClass),
    sender: WORDS.sender.of(senderType),
  };
  return lastWords;
}

/** The values that the rows of one table name in one dimension, numbered anew so that they are few; 0: any, and what no row here names. */
export class Values {
  readonly names: (string | null)[] = [null];
  private readonly words: Words;
  private numbers = new Uint32Array(8);

  constructor(dimension: keyof typeof WORDS) {
    this.words = WORDS[dimension];
  }

  add(value: string | null): number {
    if (value === null) return 0;
    const word = this.words.add(value);
    if (word >= this.numbers.length) this.grow(word);
    let number = this.numbers[word] as number;
    if (number === 0) this.numbers[word] = number = this.names.push(value) - 1;
    return number;
  }

  /** In  word: of `wordsOf`, not negative */
  of(word: number): number {
    return this.numbers[word] ?? 0;
  }

  /** The number of a value itself, for the one that is asked for by name. */
  ofName(value: string): number {
    return this.of(this.words.of(value));
  }

  private grow(word: number): void {
    const larger = new Uint32Array(Math.max(word + 1, this.numbers.length * 2));
    larger.set(this.numbers);
    this.numbers = larger;
  }
}
