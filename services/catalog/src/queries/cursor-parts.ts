import { z } from 'zod';

/** An instant of a cursor, microseconds: what a bigint column is compared with. */
export const cursorInstant = z.int().min(0);
/** A place, chunk or version of a cursor: what an integer column is compared with. */
export const cursorPlace = z.int().min(0).max(2_147_483_647);
/** The last of a page by time: when, and which. */
export const newestCursor = z.tuple([cursorInstant, z.uuid()]);
