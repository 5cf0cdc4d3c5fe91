import { type UsageEvent, usageEventId } from '@ratestream/events';
import type { SourceView } from '../enrich/source-view.js';
import { namesMessage } from './keys.js';
import type { Ask } from './orphans.js';
import type { Registration } from './registrations.js';

/**
 * A receipt whose message was found: it takes over the message's id and account, and the attempt and part that its own
 * record did not name. One that names its message under another account asked for the attempt alone: nobody's receipt
 * becomes another tenant's by the id that it bears.
 *
 * Errors  throws when the account is gone from the catalog, which cannot be: accounts are closed, never deleted
 */
export function answered({ usage, attempt, part }: Ask, registration: Registration, view: SourceView): UsageEvent {
  const told = identified(usage, {
    // 0 belongs to events before any submission, whatever attempt the message has reached.
    attempt: attempt ?? (usage.identity.attempt === 0 ? 0 : Math.max(1, registration.attempt)),
    part: part ?? registration.part,
  });
  if (namesMessage(usage) && usage.account !== registration.account)
    return { ...usage, identity: told.identity, usageEventId: told.usageEventId };
  const chain = view.chain(registration.account) as string[];
  const rootPayer = chain.at(-1);
  if (rootPayer === undefined)
    throw new Error(`the account ${registration.account} registered and is not in the catalog`);
  return {
    ...usage,
    identity: told.identity,
    usageEventId: told.usageEventId,
    messageId: registration.messageId,
    catalogPosition: view.position,
    account: registration.account,
    rootPayer,
    chain,
  };
}

type Told = Pick<UsageEvent, 'identity' | 'usageEventId'>;

/** Most receipts turn out to be what they said they were: their id is theirs already. */
function identified(usage: UsageEvent, { attempt, part }: { attempt: number; part: number }): Told {
  const { identity } = usage;
  if (identity.attempt === attempt && identity.part === part) return usage;
  const found = { ...identity, attempt, part };
  return { identity: found, usageEventId: usageEventId(found) };
}

/** A part of a concatenated message, with the id that all its parts have. */
export function withMessageId(usage: UsageEvent, messageId: string): UsageEvent {
  return { ...usage, messageId };
}
