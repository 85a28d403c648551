// Deletes a session once that is confirmed.
import {byId, notice} from './dom.js';
import {deleteSession} from './server.js';

/** @type {(id: string, what: string) => Promise<boolean>} Whether it is gone. */
export const confirmRemoval = async (id, what) => {
  const dialog = byId('confirm');
  byId('confirm-text').textContent = `${what} It cannot be brought back.`;
  dialog.returnValue = '';
  dialog.showModal();
  await new Promise(resolve => dialog.addEventListener('close', resolve, {once: true}));
  if (dialog.returnValue !== 'delete') return false;
  try {
    await deleteSession(id);
    return true;
  } catch (error) {
    notice(error instanceof Error ? error.message : String(error));
    return false;
  }
};
