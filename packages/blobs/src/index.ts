export { type BlobStore, createBlobStore, type Obeyed } from './blob-store.ts';
export { FileWriter } from './file-writer.ts';
export { releaseBuffer } from './memory.ts';
export { obeyVaultForever } from './obey.ts';
export {
  encodeParcels,
  groupParcels,
  PARCEL_BYTES,
  PARCELS_AT_ONCE,
  PARCELS_BYTES,
  type Parcel,
  readParcels,
  wireBytesOf,
} from './parcel.ts';
export { passOn } from './pass-on.ts';
export { destroyFile, isBlobDigest, listBlobs, makeDirectory, pathOfBlob, placeBlob } from './place.ts';
export { type Spooled, spoolBlob } from './spool.ts';
export { takeChunks } from './take-chunks.ts';
export { fetchParcels, openFromVault, sendParcels, sendToVault } from './vault-peer.ts';
export { readVerified, verifyBytes } from './verified.ts';
