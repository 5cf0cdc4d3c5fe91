declare module 'kafkajs-snappy' {
  const codec: () => {
    compress(encoder: { buffer: Buffer }): Promise<Buffer>;
    decompress(buffer: Buffer): Promise<Buffer>;
  };
  export default codec;
}

declare module 'kafkajs/src/cluster/index.js' {
  export interface Coordinator {
    isConnected(): boolean;
  }
  export default class Cluster {
    findGroupCoordinator(question: { groupId: string; coordinatorType?: number }): Promise<Coordinator>;
  }
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    pending: unknown[];
    scheduleCheckPendingRequests(): void;
  }
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/index.js' {
  const encodeRecord: (record: {
    offsetDelta: number;
    timestampDelta: number;
    key: string | null;
    value: string | null;
    headers: Record<string, string>;
  }) => { readonly buffer: Buffer };
  export default encodeRecord;
}

declare module 'kafkajs/src/producer/groupMessagesPerPartition.js' {
  const group: (options: {
    topic: string;
    messages: unknown;
    partitionMetadata: never;
    partitioner: (args: { message: { partition?: number } }) => number;
  }) => Record<number, { value: Buffer }[]>;
  export default group;
}
