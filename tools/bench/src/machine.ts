import { cpus, totalmem, type } from 'node:os';

/** What the figures were measured on. */
export function machine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown'}, ${memory} GB, ${type()}, Node ${process.versions.node}`;
}
