export const CDR_DOOR = Symbol('CDR_DOOR');
export const REJECTED_INDEX = Symbol('REJECTED_INDEX');
export const REPLAYER = Symbol('REPLAYER');
export const ORPHAN_LIST = Symbol('ORPHAN_LIST');
