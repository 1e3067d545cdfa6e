/** Where the deck runs: in an AudioWorklet, or on the page where there is none (pages without https are not trusted with one). */

/** @import { Command, Report } from "../engine/deck.js" */

import { Deck } from "../engine/deck.js";

/**
 * @typedef {object} Device
 * @property {"worklet" | "script"} engine
 * @property {AudioNode} node
 * @property {(command: Command, transfer?: Transferable[]) => void} send
 * @property {() => void} close
 *
 * @typedef {{channels: number, fadeMs: number, rampMs: number, reportHz: number}} DeckOptions
 */

const SCRIPT_FRAMES = 2048;

/**
 * @param {BaseAudioContext} context
 * @param {DeckOptions} options
 * @param {(report: Report) => void} report
 * @returns {Promise<Device>}
 */
export async function openDevice(context, options, report) {
  if (!context.audioWorklet) return scriptDevice(context, options, report);
  await context.audioWorklet.addModule(new URL("../engine/worklet.js", import.meta.url).href);
  const node = new AudioWorkletNode(context, "tonewright-deck", {
    numberOfInputs: 0,
    outputChannelCount: [options.channels],
    processorOptions: options,
  });
  node.port.onmessage = ({ data }) => report(data);
  return {
    engine: "worklet",
    node,
    send: (command, transfer = []) => node.port.postMessage(command, transfer),
    close: () => node.port.postMessage({ type: "close" }),
  };
}

/**
 * @param {BaseAudioContext} context
 * @param {DeckOptions} options
 * @param {(report: Report) => void} report
 * @returns {Device}
 */
function scriptDevice(context, options, report) {
  const deck = new Deck({ ...options, sampleRate: context.sampleRate, report });
  const node = context.createScriptProcessor(SCRIPT_FRAMES, 0, options.channels);
  node.onaudioprocess = ({ outputBuffer }) => {
    deck.process(Array.from({ length: outputBuffer.numberOfChannels }, (_, i) => outputBuffer.getChannelData(i)));
  };
  return {
    engine: "script",
    node,
    send: (command) => deck.receive(command),
    close: () => {
      node.onaudioprocess = null;
    },
  };
}
