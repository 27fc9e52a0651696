import type { DeviceName } from './contract.js';

/** What is known of devices, as far as it changes what is done without tuning. `any`: nothing. */
export type DeviceFamily = 'processor' | 'nvidia' | 'any';

export const familyOf = (device: DeviceName | undefined): DeviceFamily => (device?.processor === true ? 'processor' : device !== undefined && /nvidia/i.test(device.name) ? 'nvidia' : 'any');
