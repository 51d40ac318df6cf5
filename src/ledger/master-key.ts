/** The key that wraps the organizations' keys: 256 bits, from the configuration or the key file. */
export class MasterKey {
  constructor(readonly bytes: Buffer) {}
}
