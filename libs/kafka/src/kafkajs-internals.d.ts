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

declare module 'kafkajs/src/broker/index.js' {
  interface Protocol {
    readonly request: { encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }> };
  }
  type Produced = import('./produce-request.js').ProduceData & { readonly compression?: number };
  export default class Broker {
    lookupRequest(key: number, versions: unknown): (data: Produced) => Protocol;
    produce(options: Produced): Promise<unknown>;
  }
}

declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    static nextPowerOfTwo(value: number): number;
    buf: Buffer;
    offset: number;
    ensureAvailable(length: number): void;
  }
}

declare module 'kafkajs/src/protocol/recordBatch/crc32C/index.js' {
  const sum: (bytes: Buffer) => number;
  export default sum;
}

declare module 'kafkajs/src/protocol/requests/produce/v3/request.js' {
  const request: (data: import('./produce-request.js').ProduceData) => {
    encode(): Promise<{ readonly buffer: Buffer }>;
  };
  export default request;
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
