export { type BlobStore, createBlobStore, type Obeyed } from './blob-store.ts';
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
export { destroyFile, isBlobDigest, listBlobs, pathOfBlob, placeBlob } from './place.ts';
export { type Spooled, spoolBlob } from './spool.ts';
export { fetchParcels, sendParcels } from './vault-peer.ts';
export { readVerified, verifyBytes } from './verified.ts';
