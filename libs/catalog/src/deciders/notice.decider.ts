import type { CommandOf } from './command.js';
import { Faults, sees, type Decision, type DecisionContext, type NewEvent } from './decision.js';

/**
 * Records that accounts were told of what they will pay: one event for each, all in one decision.
 * A notice that was issued already is left out, so a job that starts over tells nobody twice.
 */
export function issueNotices({ body }: CommandOf<'IssueNotices'>, context: DecisionContext): Decision {
  const { view, now } = context;
  const faults = new Faults();
  const events: NewEvent[] = [];
  const seen = new Set<string>();
  for (const [index, notice] of body.notices.entries()) {
    if (seen.has(notice.id)) faults.add(`notices/${index}/id`, 'notice_twice', `"${notice.id}" is there twice`);
    seen.add(notice.id);
    if (view.streamVersion('notice', notice.id) > 0) continue;
    checkNotice(faults, notice, `notices/${index}`, context);
    const data = { ...notice, issuedAt: now };
    events.push({ aggregate: 'notice', aggregateId: notice.id, type: 'NoticeIssued', data });
  }
  return faults.orAccept(...events);
}

type Asked = CommandOf<'IssueNotices'>['body']['notices'][number];

function checkNotice(faults: Faults, asked: Asked, field: string, context: DecisionContext): void {
  const { view } = context;
  const { kind, cardId, version, accountId } = asked;
  const account = view.accounts.get(accountId);
  if (account === undefined || !sees(context, accountId))
    faults.add(`${field}/accountId`, 'unknown_account', `there is no account "${accountId}"`);
  else if (account.closed) faults.add(`${field}/accountId`, 'account_closed', `account "${accountId}" is closed`);
  if (kind === 'terms') return;
  const card = view.cards.get(cardId ?? '');
  if (card === undefined || !sees(context, card.owner)) {
    faults.add(`${field}/cardId`, 'unknown_card', `there is no rate card "${cardId}"`);
    return;
  }
  if (card.side !== 'sell') faults.add(`${field}/cardId`, 'not_a_sell_card', `rate card "${cardId}" is a buy card`);
  if (kind === 'prices' && !view.versions(card.id).some((one) => one.version === version))
    faults.add(`${field}/version`, 'unknown_version', `"${cardId}" has no version ${version} that is not withdrawn`);
}
