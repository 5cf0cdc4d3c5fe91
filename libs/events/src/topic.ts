/** What topics.yaml says of a topic. */
export interface Topic {
  readonly name: string;
  /** What the key is; in words. */
  readonly key: string;
  /** Record of the value; null where the value is raw bytes. */
  readonly schema: string | null;
  readonly partitions: { readonly local: number; readonly production: number };
  readonly cleanup: 'delete' | 'compact';
  /** -1 keeps for ever. */
  readonly retentionDays: number;
  /** The service that writes it. */
  readonly owner: string;
  /** The partition is stored on the root payer and written explicitly, never hashed. */
  readonly explicitPartition: boolean;
  readonly eventTypes?: readonly string[];
}
