// What the pages do better with a script. All of them are whole without it.
import { startReply } from "./copy";
import { startDesk } from "./desk";
import { startPicking } from "./inbox";
import { startHours } from "./hours";
import { startPlace } from "./place";
import { startPrinting } from "./print";
import { startResults } from "./results";
import { startSelection } from "./selection";
import { startSuggestions } from "./suggest";

startDesk();
startPicking();
startHours();
startPlace();
startPrinting();
startReply();
startResults();
startSelection();
startSuggestions();
