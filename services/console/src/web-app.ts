import { existsSync } from 'node:fs';
import { join } from 'node:path';
import serveStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Beside the compiled sources, and reachable from the sources themselves in tests. */
export const webFolder = [join(import.meta.dirname, 'web'), join(import.meta.dirname, '..', 'dist', 'web')].find(
  (folder) => existsSync(join(folder, 'index.html')),
);

/**
 * The component library writes its colours into a style element, so styles may be inline; scripts may not.
 * The page talks to the entry port and to nothing else.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** The static page: no key, no data. Its hashed assets are kept for a year, the page itself is asked for each time. */
export function registerWebApp(instance: FastifyInstance, folder: string): void {
  instance.addHook('onSend', async (request, reply) => {
    if (!request.url.startsWith('/api/')) void reply.headers(PAGE_HEADERS);
  });
  void instance.register(serveStatic, {
    root: folder,
    cacheControl: false,
    setHeaders: (reply, path) => {
      void reply.header(
        'cache-control',
        path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
}
