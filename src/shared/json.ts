/** What an event, a document or a request body may hold: plain JSON with safe integers. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };
