import { OPERATOR } from '@ratestream/catalog';
import { hashApiKey } from '@ratestream/http';
import type { Logger } from '@ratestream/observability';
import type { CatalogState } from '../commands/catalog-state.js';
import type { CommandHandler } from '../commands/command-handler.js';

/**
 * Issues the installation's first admin key from a secret that was set outside; nothing when a key with this secret is
 * there, revoked or not. Another secret at a later start makes another key and leaves the first: revoke it.
 */
export async function issueBootstrapKey(
  secret: string,
  handler: CommandHandler,
  state: CatalogState,
  logger: Logger,
): Promise<void> {
  const hash = hashApiKey(secret);
  const known = state.view.apiKeyByHash(hash);
  if (known !== undefined) {
    if (known.revoked) logger.warn({ keyId: known.id }, 'the bootstrap admin key is revoked');
    return;
  }
  const id = `bootstrap-${hash.slice(0, 12)}`;
  const result = await handler.execute({
    command: {
      type: 'IssueApiKey',
      id,
      hash,
      issuer: null,
      body: {
        name: 'Bootstrap admin',
        scope: OPERATOR,
        permissions: ['read', 'write', 'ingest', 'admin'],
        expiresAt: null,
      },
    },
    authority: { scope: OPERATOR, permissions: ['admin'] },
    actor: 'bootstrap',
    expectedVersion: null,
    idempotency: null,
  });
  // Another process was quicker with the same secret: that is what was wanted.
  if (result.outcome !== 'done' && result.outcome !== 'conflict')
    throw new Error(`the bootstrap key was refused: ${JSON.stringify(result)}`);
  logger.info({ keyId: id }, 'the bootstrap admin key is issued');
}
