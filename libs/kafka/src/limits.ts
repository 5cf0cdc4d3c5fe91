/** Time limits and sizes that exactness was measured with; every one in one place. */
export const limits = {
  connectMs: 10_000,
  /** A watchdog around every call of a transaction; after it the producer is thrown away. */
  transactionCallMs: 15_000,
  /** The broker aborts what an owner left behind after this; also what a dead task's records can hold readers back. */
  transactionTimeoutMs: 20_000,
  /** One Produce request; below the 1 MB that brokers and topics allow by default. */
  sendBytes: 900_000,
  fetchPartitionBytes: 1 << 20,
  fetchBytes: 16 << 20,
} as const;

/** Quick first retries (a new transaction waits for the markers of the last), bounded later ones. */
export const producerRetry = { initialRetryTime: 5, multiplier: 1.6, factor: 0.2, maxRetryTime: 500, retries: 30 };
export const adminRetry = { initialRetryTime: 20, multiplier: 1.7, factor: 0.2, maxRetryTime: 1000, retries: 8 };
/** The membership of a group is never given up: the runner decides when the process ends. */
export const groupRetry = {
  initialRetryTime: 50,
  multiplier: 1.7,
  factor: 0.2,
  maxRetryTime: 2000,
  retries: 1_000_000,
};
