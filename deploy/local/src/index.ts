export * from './contract.js';
export { StackError } from './errors.js';
export { startStack } from './stack.js';
export { createDatabases, createClickHouseDatabase, databaseOf } from './databases.js';
export { freePorts, releasePorts } from './ports.js';
export { isAlive, killTree, startTimeOf } from './process-table.js';
export { sharedStores } from './keeper.js';
export { repositoryRoot } from './paths.js';
export { deleteTopics } from './topics.js';
