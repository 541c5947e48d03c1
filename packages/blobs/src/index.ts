export { type BlobStore, createBlobStore, type Obeyed } from './blob-store.ts';
export { obeyVaultForever } from './obey.ts';
export { destroyFile, isBlobDigest, listBlobs, pathOfBlob, placeBlob } from './place.ts';
export { type Spooled, spoolBlob } from './spool.ts';
export { readVerified, verifyBytes } from './verified.ts';
