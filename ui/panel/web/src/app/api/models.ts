/**
 * What the panel's server sends and takes: the names of ui/panel/server/models.py, where each is explained.
 * tests/panel/test_contract.py compares every field here with the server's OpenAPI.
 *
 * Sentences (`words`) come from the server as plain text and are shown as text. Moments are ISO texts in UTC.
 */
export type * from './models/session';
export type * from './models/runs';
export type * from './models/doing';
export type * from './models/keeping';
