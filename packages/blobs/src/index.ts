export { type BlobStore, createBlobStore } from './blob-store.ts';
export { isDiskFull, refuseFullDisk } from './disk.ts';
export { isBlobDigest, listBlobs, pathOfBlob, placeBlob } from './place.ts';
export { type Spooled, spoolBlob } from './spool.ts';
export { readVerified, verifyBytes } from './verified.ts';
