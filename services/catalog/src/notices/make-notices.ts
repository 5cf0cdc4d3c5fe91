import { NoticeDesk, type NoticeDeskOptions } from './notice-desk.js';
import { NoticeIssuer, type IssuerOptions } from './notice-issuer.js';
import type { NoticePortOptions } from './notice.port.js';

/** Puts the parts of notices together: the desk plans them at approvals, the issuer tells accounts. */
export function makeNotices(
  options: IssuerOptions & Omit<NoticeDeskOptions, 'view' | 'onPlanned'>,
): NoticePortOptions & { issuer: NoticeIssuer } {
  const { view } = options.state;
  const issuer = new NoticeIssuer(options);
  const desk = new NoticeDesk({ ...options, view, onPlanned: () => issuer.poke() });
  return { pool: options.pool, view, desk, issuer };
}
