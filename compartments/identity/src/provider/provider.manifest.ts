import { FORM_BYTES, type ManifestPart, open, own, post } from '#manifest-part.ts';
import { PATHS } from './token.rules.ts';

const software = { ...open, callers: 'software' };

export const providerPart: ManifestPart = {
  routes: [
    { ...software, id: 'openid.discover', method: 'GET', path: PATHS.discovery },
    { ...software, id: 'openid.keys', method: 'GET', path: PATHS.jwks },
    { ...open, id: 'openid.authorize', method: 'GET', path: PATHS.authorization, perMinute: 120 },
    {
      ...software,
      id: 'openid.token',
      method: 'POST',
      path: PATHS.token,
      writes: ['oidc_presence', 'oidc_refresh_token', 'oidc_used_assertion'],
      maxBodyBytes: FORM_BYTES,
    },
    {
      ...software,
      id: 'openid.revoke',
      method: 'POST',
      path: PATHS.revocation,
      writes: ['oidc_refresh_token', 'oidc_used_assertion'],
      maxBodyBytes: FORM_BYTES,
    },
    { ...software, id: 'openid.userinfo', method: 'GET', path: PATHS.userinfo },
    { ...software, ...post, id: 'openid.userinfo-post', path: PATHS.userinfo },
    { ...software, id: 'openid.ended-sessions', method: 'GET', path: PATHS.endedSessions },
    { ...own, id: 'openid.ask-consent', method: 'GET', path: PATHS.consent },
    { ...own, ...post, id: 'openid.consent', path: PATHS.consent, writes: ['oidc_consent'] },
    { ...open, id: 'openid.ask-sign-out', method: 'GET', path: PATHS.endSession },
    { ...own, ...post, id: 'openid.sign-out', path: PATHS.endSession, writes: ['session'] },
    { ...own, id: 'connection.list', method: 'GET', path: '/connections' },
    {
      ...own,
      ...post,
      id: 'connection.end',
      path: '/connections/:id/end',
      writes: ['oidc_consent', 'oidc_refresh_token'],
    },
  ],
  jobs: [
    { id: 'job:identity.start', writes: ['oidc_key'] },
    {
      id: 'job:software.keep',
      writes: ['oidc_key', 'oidc_presence', 'oidc_refresh_token', 'oidc_used_assertion', 'session', 'api_token'],
      everySeconds: 30,
    },
  ],
  checks: [
    {
      name: 'what renews tokens belongs to an account that is in use',
      sql: "select t.id_sha256 from oidc_refresh_token t join account a on a.id = t.account_id join session s on s.id = split_part(t.grant_id, '.', 1) where t.consumed_at is null and s.ended_at is null and a.status not in ('active', 'break-glass')",
    },
    {
      name: 'nobody lets a client know more than is registered for it',
      sql: 'select k.client_id from oidc_consent k join oidc_client c on c.id = k.client_id where c.disabled_at is null and k.given_at > c.changed_at and not k.scopes <@ c.scopes',
    },
  ],
  columns: [
    { table: 'oidc_refresh_token', column: 'consumed_at', merge: 'derived' },
    { table: 'oidc_presence', column: 'told_at', merge: 'derived' },
  ],
  volatile: {
    oidc_consent: ['account_id', 'given_at'],
    oidc_presence: ['session_id', 'account_id', 'sid', 'begun_at', 'told_at'],
    oidc_refresh_token: ['id_sha256', 'grant_id', 'account_id', 'payload', 'created_at', 'expires_at', 'consumed_at'],
    oidc_used_assertion: ['id_sha256', 'expires_at'],
    oidc_key: ['id', 'public_jwk', 'sealed', 'made_at', 'use_from', 'retired_at'],
  },
};
