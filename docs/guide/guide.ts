import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@ratestream/testing';
import { differences } from './matching.js';
import { isQuestion, parseRequest, send, type Answer } from './request.js';
import { commandsIn, Shell } from './shell.js';
import { http, NAMES } from './stack.js';

/** The variables that a reader sets once; chapters set more as they go. */
const shell = new Shell(NAMES);
const URL_OF_THE_GUIDE = 'http://localhost:8080';
const PATIENCE = { timeoutMs: 60_000, everyMs: 250 };

interface Step {
  command: string;
  /** Undefined where the guide prints no answer: then it must only be a good one. */
  printed: unknown;
}

/** A chapter of the guide, whose commands a test follows as a reader would. */
export interface Guide {
  title: string;
  /**
   * Does what stands under a heading, in order, and holds every answer against the one that is printed below it.
   * A question is asked again until the answer is right; an order is given once.
   */
  follow<T = unknown>(heading: string): Promise<Answer<T>[]>;
  /** Headings with commands that no test has followed. */
  notFollowed(): string[];
}

export function openGuide(file: string): Guide {
  const text = readFileSync(join(import.meta.dirname, '..', file), 'utf8');
  const [title = file, ...sections] = text.split(/^##? /m).slice(1);
  const steps = new Map(sections.map((section) => [section.split('\n', 1)[0] ?? '', stepsOf(section)]));
  const open = new Set([...steps].filter(([, list]) => list.length > 0).map(([heading]) => heading));
  return {
    title: title.split('\n', 1)[0] ?? file,
    notFollowed: () => [...open],
    async follow<T>(heading: string): Promise<Answer<T>[]> {
      const list = steps.get(heading);
      if (list === undefined) throw new Error(`${file} has no heading "${heading}"`);
      open.delete(heading);
      const answers: Answer[] = [];
      for (const step of list) answers.push(...(await take(step)));
      return answers as Answer<T>[];
    },
  };
}

function stepsOf(section: string): Step[] {
  const blocks = section.matchAll(/^```(\w+)\n([^]*?)^```$/gm);
  const steps: Step[] = [];
  for (const [, language, content = ''] of blocks) {
    const last = steps.at(-1);
    if (language === 'sh') steps.push({ command: content, printed: undefined });
    else if (language === 'json' && last !== undefined) last.printed = JSON.parse(content);
  }
  return steps;
}

async function take({ command, printed }: Step): Promise<Answer[]> {
  const answers: Answer[] = [];
  const count = commandsIn(command);
  for (const { words, into } of shell.read(command)) {
    const request = parseRequest(words, URL_OF_THE_GUIDE, shell.files);
    const asker = request.second ? http().as(NAMES.get('SECOND_KEY')) : http();
    const expected = answers.length === count - 1 ? printed : undefined;
    const ask = async (): Promise<Answer> => {
      const answer = await send(asker, request);
      judge(answer, expected, `${request.method} ${request.path}`);
      return answer;
    };
    const answer = await (isQuestion(request) ? eventually(ask, PATIENCE) : order(ask));
    if (into !== null) shell.variables.set(into.name, partOf(answer.body, into.path));
    answers.push(answer);
  }
  return answers;
}

/** What `jq -r` prints for a path such as `.id` or `.items[0].id`. */
function partOf(body: unknown, path: string): string {
  const steps = path.matchAll(/\.?([A-Za-z_]\w*)|\[(\d+)\]/g);
  const found = [...steps].reduce((value, [, name, index]) => {
    return (value as Record<string, unknown> | undefined)?.[name ?? index ?? ''];
  }, body);
  if (typeof found !== 'string' && typeof found !== 'number') throw new Error(`there is no ${path} in the answer`);
  return String(found);
}

/** A service that has not heard of something yet, or is not up, has done nothing: then the order is given again. */
async function order(ask: () => Promise<Answer>): Promise<Answer> {
  const outcome = await eventually(
    () =>
      ask().catch((error: unknown) => {
        if (error instanceof Refused && (error.status === 404 || error.status >= 502)) throw error;
        return error as Error;
      }),
    PATIENCE,
  );
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

function judge({ status, body }: Answer, printed: unknown, what: string): void {
  // A refusal is printed with its status, as problem+json has it.
  const refused = typeof printed === 'object' && printed !== null && 'status' in printed;
  if (!refused && status >= 300) throw new Refused(status, `${what} was answered ${status}: ${JSON.stringify(body)}`);
  const wrong = printed === undefined ? [] : differences(printed, body);
  if (wrong.length > 0) throw new Error(`${what} was not answered as printed:\n  ${wrong.join('\n  ')}`);
}
