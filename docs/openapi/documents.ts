import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { http } from '../guide/stack.js';

const SERVICES = ['catalog', 'ingest', 'rating', 'balance', 'analytics'];

/** What each service says of itself is what is committed here; `WRITE_DOCS=1` with this test writes it. */
export function apiDocuments(): void {
  describe('the OpenAPI documents', () => {
    test.each(SERVICES)('%s: docs/openapi is current', async (service) => {
      const { status, body } = await http().get(`/api/${service}/v1/openapi.json`);
      expect(status).toBe(200);
      const file = join(import.meta.dirname, `${service}.json`);
      const text = `${JSON.stringify(body, null, 2)}\n`;
      if (process.env['WRITE_DOCS'] === '1') writeFileSync(file, text);
      expect(existsSync(file) ? readFileSync(file, 'utf8') : null).toBe(text);
    });
  });
}
