// oxlint-disable-next-line unicorn/require-module-specifiers -- the contract is still to come
export {};
