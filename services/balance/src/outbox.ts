import type { AccountStatus, BalanceEvent } from '@ratestream/events';
import type { OutRecord } from '@ratestream/kafka';
import type { Tx } from '@ratestream/postgres';

/** What a transaction says to the world; published after its commit, in the order of commits. */
export interface News {
  readonly statuses: readonly AccountStatus[];
  readonly crossings: readonly BalanceEvent[];
}

/** Encoders in wire format; the registry's ids are known before the first one is asked for. */
export interface NewsCodec {
  accountStatus(value: AccountStatus): Buffer;
  balanceEvent(value: BalanceEvent): Buffer;
}

/** Turns news into records and leaves them in the outbox of the same transaction. */
export class BalanceOutbox {
  constructor(
    private readonly codec: NewsCodec,
    private readonly store: (tx: Tx, records: OutRecord[]) => Promise<void>,
  ) {}

  async append(tx: Tx, news: News): Promise<void> {
    const records = [
      ...news.crossings.map((event): OutRecord => {
        return { topic: 'balance.events', key: event.account, value: this.codec.balanceEvent(event) };
      }),
      ...news.statuses.map((status): OutRecord => {
        return { topic: 'account.status', key: status.account, value: this.codec.accountStatus(status) };
      }),
    ];
    if (records.length > 0) await this.store(tx, records);
  }
}
