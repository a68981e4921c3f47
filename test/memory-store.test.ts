import { createMemoryStore } from '../packages/scrip/src/stores/memory/memory-store.ts';
import { describeLedgerProperties } from './ledger-properties.ts';
import { describeStoreContract } from './store-contract.ts';

const open = async () => ({ store: createMemoryStore() });

describeStoreContract('the memory', open);
describeLedgerProperties('the memory', open);
