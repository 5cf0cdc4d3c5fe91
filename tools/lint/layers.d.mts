import type { Rule } from 'eslint';

/** Imports point one way, and client libraries stay in adapters. */
export declare const layers: Rule.RuleModule;
