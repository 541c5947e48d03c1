/** Anybody may search; while the compartment is closed they are led to a published page that searches in the browser. */
export const SEARCH_ROUTES = [
  {
    id: 'search.show',
    origin: 'www',
    roles: [],
    method: 'GET',
    path: '/:language/search',
    resting: '/:language/search/resting',
    writes: [],
    maxBodyBytes: 0,
    perMinute: 120,
  },
] as const;
