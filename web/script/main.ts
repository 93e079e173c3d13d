// What the pages do better with a script. All of them are whole without it.
import { startPicking } from "./inbox";
import { startHours } from "./hours";
import { startPlace } from "./place";
import { startPrinting } from "./print";
import { startResults } from "./results";
import { startSelection } from "./selection";
import { startSuggestions } from "./suggest";

startPicking();
startHours();
startPlace();
startPrinting();
startResults();
startSelection();
startSuggestions();
