import { Session } from 'chdb';

/** An error of the engine itself, with ClickHouse's own number for it. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** One statement as it came over HTTP. */
export interface Statement {
  sql: string;
  database: string;
  /** Format of the answer where the statement names none. */
  defaultFormat: string;
  settings: ReadonlyMap<string, string>;
  /** Values of `{name:Type}` placeholders, in ClickHouse's escaped text. */
  parameters: ReadonlyMap<string, string>;
}

export interface Answer {
  bytes: Uint8Array;
  rowsRead: number;
  bytesRead: number;
  elapsedSec: number;
}

/**
 * ClickHouse in this process, over a few connections to one data folder. A connection runs one statement at a time
 * and keeps its database and its settings, so a statement that brings settings gets them set before and reset after:
 * what one request asks for must never show in the next.
 */
export class Engine {
  private readonly idle: Connection[] = [];
  private readonly waiting: ((connection: Connection) => void)[] = [];
  private readonly all: Connection[] = [];

  constructor(folder: string, connections: number) {
    for (let i = 0; i < connections; i++) this.all.push(new Connection(folder));
    this.idle.push(...this.all);
  }

  async run(statement: Statement): Promise<Answer> {
    const connection = await this.take();
    try {
      return await connection.run(statement);
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.idle.push(connection);
      else next(connection);
    }
  }

  close(): void {
    for (const connection of this.all) connection.close();
  }

  private take(): Promise<Connection> {
    const connection = this.idle.pop();
    if (connection !== undefined) return Promise.resolve(connection);
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

const UNKNOWN_QUERY_PARAMETER = 456;
const UNKNOWN_EXCEPTION = 1002;

class Connection {
  private readonly session: Session;
  private readonly parametersOnceSet = new Set<string>();

  constructor(folder: string) {
    this.session = new Session(folder);
  }

  async run({ sql, database, defaultFormat, settings, parameters }: Statement): Promise<Answer> {
    // Said every time: the statement before may have dropped the database or been a USE of its own.
    await this.execute(`USE ${identifier(database)}`);
    await this.bind(sql, parameters);
    const set: string[] = [];
    try {
      for (const [name, value] of settings) {
        await this.execute(`SET ${name} = ${quote(value)}`);
        set.push(name);
      }
      return await this.execute(sql, defaultFormat);
    } finally {
      for (const name of set) await this.execute(`SET ${name} = DEFAULT`);
    }
  }

  close(): void {
    this.session.close();
  }

  /**
   * Values go in exactly as HTTP brought them: chdb's own binding escapes text once more, which a list does not bear.
   * A parameter cannot be unset again, so a placeholder that this request gives no value is refused here.
   */
  private async bind(sql: string, parameters: ReadonlyMap<string, string>): Promise<void> {
    for (const name of this.parametersOnceSet) {
      if (parameters.has(name) || !new RegExp(`\\{\\s*${name}\\s*:`).test(sql)) continue;
      throw new EngineError(UNKNOWN_QUERY_PARAMETER, `Substitution \`${name}\` is not set`);
    }
    for (const [name, value] of parameters) {
      await this.execute(`SET param_${name} = ${quote(value)}`);
      this.parametersOnceSet.add(name);
    }
  }

  private async execute(sql: string, format = 'TabSeparated'): Promise<Answer> {
    try {
      const result = await this.session.queryAsync(sql, { format });
      return {
        bytes: result.bytes(),
        rowsRead: result.rowsRead,
        bytesRead: result.bytesRead,
        elapsedSec: result.elapsed,
      };
    } catch (error) {
      const { clickhouseCode, message } = error as { clickhouseCode?: number; message: string };
      throw new EngineError(clickhouseCode ?? UNKNOWN_EXCEPTION, message);
    }
  }
}

function quote(value: string): string {
  return `'${value.replace(/[\\']/g, '\\$&')}'`;
}

function identifier(name: string): string {
  return `\`${name.replace(/[\\`]/g, '\\$&')}\``;
}
