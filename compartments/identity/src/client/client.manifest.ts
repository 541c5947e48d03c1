import { admin, FORM_BYTES, type ManifestPart, post } from '#manifest-part.ts';

const danger = { ...admin, ...post, fresh: true };
/** Pages whose forms are dangerous: they ask for a fresh sign-in before anything is typed. */
const before = { ...admin, method: 'GET', fresh: true };

export const clientPart: ManifestPart = {
  routes: [
    { ...before, id: 'client.list', path: '/clients' },
    { ...before, id: 'client.new', path: '/clients/new' },
    { ...danger, id: 'client.register', path: '/clients', writes: ['oidc_client'], maxBodyBytes: FORM_BYTES * 2 },
    { ...before, id: 'client.show', path: '/clients/:id' },
    {
      ...danger,
      id: 'client.change',
      path: '/clients/:id',
      writes: ['oidc_client', 'oidc_refresh_token'],
      maxBodyBytes: FORM_BYTES * 2,
    },
    { ...danger, id: 'client.replace-secret', path: '/clients/:id/secret', writes: ['oidc_client'] },
    { ...danger, id: 'client.disable', path: '/clients/:id/disable', writes: ['oidc_client', 'oidc_refresh_token'] },
    { ...danger, id: 'client.enable', path: '/clients/:id/enable', writes: ['oidc_client'] },
    { ...danger, id: 'signing-key.replace', path: '/signing-keys/replace', writes: ['oidc_key'] },
  ],
  volatile: { oidc_client: ['secret_sha256', 'created_by', 'created_at', 'changed_at', 'disabled_at'] },
};
