/**
 * Every code an EstateError can carry, `<noun>.<what_happened>`.
 * Each has a section in docs/errors.md; a test compares both ways.
 */
export type ErrorCode =
  // what a person or a caller sent
  | 'input.invalid'
  | 'input.too_large'
  | 'request.forbidden'
  | 'request.not_found'
  | 'request.method_not_allowed'
  | 'request.unauthenticated'
  | 'request.cross_site'
  | 'request.too_many'
  | 'request.malformed'
  | 'request.timed_out'
  | 'request.misdirected'
  | 'request.head_too_large'
  | 'request.address_too_long'
  | 'sign_in.expired'
  | 'sign_in.unreachable'
  | 'session.ended'
  | 'session.stale'
  | 'api_token.missing'
  | 'api_token.refused'
  | 'api_token.in_address'
  | 'api_token.read_only'
  | 'api_token.out_of_scope'
  | 'provider.failed'
  | 'provider.unreachable'
  | 'scim.invalid_filter'
  | 'scim.invalid_path'
  | 'scim.invalid_value'
  | 'scim.mutability'
  | 'scim.no_target'
  | 'scim.changed'
  | 'address.blocked'
  | 'address.refused'
  | 'address.unreachable'
  | 'route.closed'
  // pages
  | 'html.unsafe_template'
  | 'html.unsafe_value'
  // accounts
  | 'account.email_taken'
  | 'account.last_administrator'
  | 'account.wrong_state'
  | 'account.beyond_reach'
  | 'account.unknown_delegation'
  | 'account.administrator_exists'
  | 'break_glass.unfit_holders'
  | 'break_glass.too_many'
  | 'grant.exists'
  | 'grant.not_held'
  | 'grant.gone'
  | 'delegation.changed'
  | 'delegation.code_taken'
  | 'password.unreadable_hash'
  | 'set_up.unknown_secret'
  | 'passkey.refused'
  | 'passkey.last_way_in'
  | 'passkey.too_many'
  | 'letter.unreadable'
  // configuration and installation
  | 'config.invalid'
  | 'manifest.invalid'
  | 'estate.not_a_sample'
  | 'estate.already_running'
  | 'estate.not_running'
  | 'estate.starting'
  | 'port.taken'
  | 'socket.path_too_long'
  // two hosts
  | 'site.wrong_state'
  | 'site.elsewhere'
  | 'site.code_refused'
  | 'site.other_release'
  | 'link.down'
  | 'link.refused'
  | 'link.untrusted'
  // processes
  | 'process.start_failed'
  | 'process.unhealthy'
  | 'wire.unreachable'
  | 'wire.refused'
  | 'wire.invalid_reply'
  // provenance
  | 'token.missing'
  | 'token.invalid'
  | 'token.expired'
  | 'token.wrong_audience'
  | 'token.wrong_request'
  | 'token.replayed'
  | 'transaction.already_tagged'
  | 'transaction.in_doubt'
  // postgres
  | 'postgres.start_failed'
  | 'postgres.query_failed'
  | 'postgres.unreachable'
  | 'postgres.read_only'
  | 'migration.failed'
  | 'migration.changed'
  | 'migration.newer_schema'
  // signatures and orders
  | 'signature.invalid'
  | 'order.stale'
  | 'order.not_allowed'
  | 'lease.expired'
  | 'site.not_in_charge'
  | 'failover.failed'
  | 'failover.wrong_state'
  | 'receipt.out_of_sequence'
  // blobs and vault
  | 'blob.not_found'
  | 'blob.hash_mismatch'
  | 'blob.too_large'
  | 'blob.erased'
  | 'vault.append_only'
  | 'vault.quota_exceeded'
  | 'vault.unreachable'
  | 'vault.upload_interrupted'
  | 'vault.target_failed'
  | 'vault.keyring_broken'
  | 'vault.search_unsound'
  | 'disk.full'
  // receiver, archive, restore
  | 'receiver.sealed'
  | 'receiver.stream_broken'
  | 'receiver.wrong_cluster'
  | 'receiver.base_failed'
  | 'archive.gap'
  | 'archive.damaged'
  | 'archive.key_missing'
  | 'archive.read_only'
  | 'restore.failed'
  | 'restore.out_of_range'
  | 'verification.failed'
  | 'drill.gives_way'
  | 'repair.not_valid'
  | 'repair.wrong_digest'
  // history
  | 'history.unreadable'
  | 'history.lost'
  | 'history.behind'
  // editions
  | 'edition.invalid'
  | 'edition.stale'
  | 'edition.unapproved'
  | 'edition.not_yet'
  // records of the registry
  | 'record.overtaken'
  | 'record.revision_missing'
  | 'record.asked_back'
  | 'idempotency_key.reused'
  | 'feed.begun_anew'
  // articles
  | 'article.wrong_state'
  | 'article.changed_meanwhile'
  | 'article.slug_taken'
  | 'article.incomplete'
  | 'article.names_erased'
  | 'picture.refused'
  | 'darkroom.unreachable'
  // ledger
  | 'ledger.broken_chain'
  // recovery
  | 'incident.not_found'
  | 'approval.same_person'
  | 'approval.wrong_digest'
  | 'hole.open'
  | 'repair.needs_redo'
  | 'code.changed'
  | 'operator.unknown'
  | 'compartment.unknown'
  | 'compartment.sealed'
  | 'compartment.read_only'
  | 'compartment.unreachable'
  | 'compartment.wrong_state';

/** The one error class of the estate: a code for machines, a lower-case message saying what this layer was doing. */
export class EstateError extends Error {
  readonly code: ErrorCode;

  /**
   * @param code what happened, from the closed list
   * @param message what this layer was doing; no cause text, no personal data
   */
  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'EstateError';
    this.code = code;
  }
}

/** Tells whether `error`, or one of its causes, is an EstateError with this code. */
export function hasCode(error: unknown, code: ErrorCode): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof EstateError && at.code === code) return true;
  }
  return false;
}
