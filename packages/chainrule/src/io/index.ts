/** Files: models as bytes, and back. */
export { readSafetensors, type SafetensorsFile, writeSafetensors } from "./safetensors.ts";
