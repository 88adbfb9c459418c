// Written by scripts/terminal-entries. Descriptions of the usual terminals, for a machine that has none.
//
// Compiled by tic without its user-defined capabilities, in base64 as `infocmp -Q2` prints them.
#include "CNcurses.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *prefix;  // of the terminals that it serves
    const char *name;
    const char *entry;
} terminal_entry;

static const terminal_entry entries[] = {
    {"tmux", "tmux-256color",
     "b64:HgIjAA8ADwBpARYFdG11eC0yNTZjb2xvcnx0bXV4IHdpdGggMjU2IGNvbG9ycwAAAQAAAQAAAAEBAAAAAQFQ"
     "AAAACAAAABgAAAD_____________________________________________________AAEAAAAAAQAAAAQABgAI"
     "ABkAHgAlACkALQD__zgASQBLAE8AVgD__1gAZAD__2gAawBxAHUAeQD__38AgQCGAIsA__-UAJkAngD__6MAqACt"
     "AP__sgC0ALkA___CAMcAzQDTAP__1gD__9gA________3AD__-AA________4gD__-cA___________rAO8A9QD5"
     "AP0AAQEHAQ0BEwEZAR8BJAH__ykB__8tATIBNwE7AUIB__9JAU0BVQH_________________________________"
     "_10B__9gAWkBcgF7AYQBjQGWAZ8BqAGxAf____________________-6Af_____LAc4B2QHcAd4B4QE6Av__PQI_"
     "Av__________________________RAL__4UC________________iQL_____________________kAL_________"
     "____________________________________________________________lQL_____nAL__________6MCqgKx"
     "Av____-4Av__vwL________GAv_____________NAtMC2QLgAucC7gL1Av0CBQMNAxUDHQMlAy0DNQM8A0MDSgNR"
     "A1kDYQNpA3EDeQOBA4kDkQOYA58DpgOtA7UDvQPFA80D1QPdA-UD7QP0A_sDAgQJBBEEGQQhBCkEMQQ5BEEESQRQ"
     "BFcEXgT_____________________________________________________________YwRuBHMEewR_BP______"
     "____________________________iAT_______________________-NBP______________________________"
     "_________________________________________________________5ME________lwTWBBtbWgAHAA0AG1sl"
     "aSVwMSVkOyVwMiVkcgAbWzNnABtbSBtbSgAbW0sAG1tKABtbJWklcDElZEcAG1slaSVwMSVkOyVwMiVkSAAKABtb"
     "SAAbWz8yNWwACAAbWzM0aBtbPzI1aAAbW0MAG00AG1szNGwAG1tQABtbTQAbXTA7BwAOABtbNW0AG1sxbQAbWz8x"
     "MDQ5aAAbWzJtABtbNGgAG1s4bQAbWzdtABtbN20AG1s0bQAPABtbbQ8AG1s_MTA0OWwAG1s0bAAbWzI3bQAbWzI0"
     "bQAbZwAHABspMAAbW0wAfwAbWzN-ABtPQgAbT1AAG1syMX4AG09RABtPUgAbT1MAG1sxNX4AG1sxN34AG1sxOH4A"
     "G1sxOX4AG1syMH4AG1sxfgAbWzJ-ABtPRAAbWzZ-ABtbNX4AG09DABtbMTsyQgAbWzE7MkEAG09BABtbPzFsGz4A"
     "G1s_MWgbPQAbRQAbWyVwMSVkUAAbWyVwMSVkTQAbWyVwMSVkQgAbWyVwMSVkQAAbWyVwMSVkUwAbWyVwMSVkTAAb"
     "WyVwMSVkRAAbWyVwMSVkQwAbWyVwMSVkVAAbWyVwMSVkQQAbYxtbPzEwMDBsG1s_MjVoABs4ABtbJWklcDElZGQA"
     "GzcACgAbTQAbWzAlPyVwNiV0OzElOyU_JXAyJXQ7NCU7JT8lcDElcDMlfCV0OzclOyU_JXA0JXQ7NSU7JT8lcDUl"
     "dDsyJTslPyVwNyV0OzglO20lPyVwOSV0DiVlDyU7ABtIAAkAG10wOwArKywsLS0uLjAwYGBhYWZmZ2doaGlpampr"
     "a2xsbW1ubm9vcHBxcXJyc3N0dHV1dnZ3d3h4eXl6ent7fHx9fX5-ABtbWgAbKEIbKTAAG1s0fgAbWzM7Mn4AG1sx"
     "OzJGABtbMTsySAAbWzI7Mn4AG1sxOzJEABtbNjsyfgAbWzU7Mn4AG1sxOzJDABtbMjN-ABtbMjR-ABtbMTsyUAAb"
     "WzE7MlEAG1sxOzJSABtbMTsyUwAbWzE1OzJ-ABtbMTc7Mn4AG1sxODsyfgAbWzE5OzJ-ABtbMjA7Mn4AG1syMTsy"
     "fgAbWzIzOzJ-ABtbMjQ7Mn4AG1sxOzVQABtbMTs1UQAbWzE7NVIAG1sxOzVTABtbMTU7NX4AG1sxNzs1fgAbWzE4"
     "OzV-ABtbMTk7NX4AG1syMDs1fgAbWzIxOzV-ABtbMjM7NX4AG1syNDs1fgAbWzE7NlAAG1sxOzZRABtbMTs2UgAb"
     "WzE7NlMAG1sxNTs2fgAbWzE3OzZ-ABtbMTg7Nn4AG1sxOTs2fgAbWzIwOzZ-ABtbMjE7Nn4AG1syMzs2fgAbWzI0"
     "OzZ-ABtbMTszUAAbWzE7M1EAG1sxOzNSABtbMTszUwAbWzE1OzN-ABtbMTc7M34AG1sxODszfgAbWzE5OzN-ABtb"
     "MjA7M34AG1syMTszfgAbWzIzOzN-ABtbMjQ7M34AG1sxOzRQABtbMTs0UQAbWzE7NFIAG1sxSwAbWyVpJWQ7JWRS"
     "ABtbNm4AG1s_MTsyYwAbW2MAG1szOTs0OW0AG1szbQAbWzIzbQAbW00AG1slPyVwMSV7OH0lPCV0MyVwMSVkJWUl"
     "cDElezE2fSU8JXQ5JXAxJXs4fSUtJWQlZTM4OzU7JXAxJWQlO20AG1slPyVwMSV7OH0lPCV0NCVwMSVkJWUlcDEl"
     "ezE2fSU8JXQxMCVwMSV7OH0lLSVkJWU0ODs1OyVwMSVkJTttAA=="},
    {"screen", "screen-256color",
     "b64:HgIrAA8ADwBpASkDc2NyZWVuLTI1NmNvbG9yfEdOVSBTY3JlZW4gd2l0aCAyNTYgY29sb3JzAAABAAABAAAA"
     "AQAAAAABAVAAAAAIAAAAGAAAAP____________________________________________________8AAQAAAAAB"
     "AAAABAAGAAgAGQAeACUAKQAtAP__OABJAEsATwBWAP__WABkAP__aABrAHEAdQD_____eQB7AIAAhQD__44AkwD_"
     "____mACdAKIA__-nAKkArgD__7cAvADCAMgA________ywD________PAP__0wD________VAP__2gD_________"
     "_94A4gDoAOwA8AD0APoAAAEGAQwBEgEXAf__HAH__yABJQEqAf_______y4BMgE6Af______________________"
     "____________QgH__0UBTgFXAWABaQFyAXsBhAGNAZYB_____________________58B_____7ABswG-AcEBwwHG"
     "ARoC__8dAv____________________________8fAv__YAL_______________9kAv____________________9r"
     "Av______________________________________________________________________________________"
     "_________________________________________________3ACdgL_________________________________"
     "________________________________________________________________________________________"
     "______________98Av____________________________________________________________-BAowCkQKZ"
     "Ap0C____________________________________________________________________________________"
     "____________________________________________________________________pgL_______-qAukCG1ta"
     "AAcADQAbWyVpJXAxJWQ7JXAyJWRyABtbM2cAG1tIG1tKABtbSwAbW0oAG1slaSVwMSVkRwAbWyVpJXAxJWQ7JXAy"
     "JWRIAAoAG1tIABtbPzI1bAAIABtbMzRoG1s_MjVoABtbQwAbTQAbWzM0bAAbW1AAG1tNAA4AG1s1bQAbWzFtABtb"
     "PzEwNDloABtbMm0AG1s0aAAbWzdtABtbM20AG1s0bQAPABtbbQ8AG1s_MTA0OWwAG1s0bAAbWzIzbQAbWzI0bQAb"
     "ZwAbKTAAG1tMAH8AG1szfgAbT0IAG09QABtbMjF-ABtPUQAbT1IAG09TABtbMTV-ABtbMTd-ABtbMTh-ABtbMTl-"
     "ABtbMjB-ABtbMX4AG1syfgAbT0QAG1s2fgAbWzV-ABtPQwAbT0EAG1s_MWwbPgAbWz8xaBs9ABtFABtbJXAxJWRQ"
     "ABtbJXAxJWRNABtbJXAxJWRCABtbJXAxJWRAABtbJXAxJWRTABtbJXAxJWRMABtbJXAxJWREABtbJXAxJWRDABtb"
     "JXAxJWRUABtbJXAxJWRBABtjG1s_MTAwMGwbWz8yNWgAGzgAG1slaSVwMSVkZAAbNwAKABtNABtbMCU_JXA2JXQ7"
     "MSU7JT8lcDEldDszJTslPyVwMiV0OzQlOyU_JXAzJXQ7NyU7JT8lcDQldDs1JTslPyVwNSV0OzIlO20lPyVwOSV0"
     "DiVlDyU7ABtIAAkAKyssLC0tLi4wMGBgYWFmZmdnaGhpaWpqa2tsbG1tbm5vb3BwcXFycnNzdHR1dXZ2d3d4eHl5"
     "enp7e3x8fX1-fgAbW1oAGyhCGykwABtbNH4AG1syM34AG1syNH4AG1sxSwAbWyVpJWQ7JWRSABtbNm4AG1s_MTsy"
     "YwAbW2MAG1szOTs0OW0AG1tNABtbJT8lcDElezh9JTwldDMlcDElZCVlJXAxJXsxNn0lPCV0OSVwMSV7OH0lLSVk"
     "JWUzODs1OyVwMSVkJTttABtbJT8lcDElezh9JTwldDQlcDElZCVlJXAxJXsxNn0lPCV0MTAlcDElezh9JS0lZCVl"
     "NDg7NTslcDElZCU7bQA="},
    {"linux", "linux",
     "b64:GgEUAB0AEAB9AUIDbGludXh8TGludXggY29uc29sZQAAAQAAAQEAAAAAAAAAAQEAAAAAAAEAAAAAAAABAQD_"
     "_wgA_____________________________wgAQAASAP__AAACAAQAFQAaACEAJQApAP__NABFAEcASwBXAP__WQBl"
     "AP__aQBtAHkAfQD_____gQCDAIgA_____40AkgD_____lwCcAKEApgCvALEA_____7YAuwDBAMcA____________"
     "____2QDdAP__4QD________jAP__6AD__________-wA8QD3APwAAQEGAQsBEQEXAR0BIwEoAf__LQH__zEBNgE7"
     "Af_______z8B________________________________________QwH__0YBTwFYAWEB__9qAXMBfAH__4UB____"
     "______________-OAf_______5QBlwGiAaUBpwGqAQEC__8EAv_______________wYC__________8KAv__SwL_"
     "____TgJUAv____9aAv____________________9eAv______________________________________________"
     "____YwL_________________________________________________________________________________"
     "_2UCawJxAncCfQKDAokCjwKVApsC____________________________________________________________"
     "______________________________________________________-hAv______________________________"
     "______________________________-mArECtgK8AsACyQLNAv______________________________________"
     "________________________________________________________________________________________"
     "____________________HgP_______8iAywD________________________________________________NgM8"
     "AwcADQAbWyVpJXAxJWQ7JXAyJWRyABtbM2cAG1tIG1tKABtbSwAbW0oAG1slaSVwMSVkRwAbWyVpJXAxJWQ7JXAy"
     "JWRIAAoAG1tIABtbPzI1bBtbPzFjAAgAG1s_MjVoG1s_MGMAG1tDABtbQQAbWz8yNWgbWz84YwAbW1AAG1tNAA4A"
     "G1s1bQAbWzFtABtbMm0AG1s0aAAbWzdtABtbN20AG1s0bQAbWyVwMSVkWAAPABtbbQ8AG1s0bAAbWzI3bQAbWzI0"
     "bQAbWz81aCQ8MjAwLz4bWz81bAAbW0AAG1tMAH8AG1szfgAbW0IAG1tbQQAbWzIxfgAbW1tCABtbW0MAG1tbRAAb"
     "W1tFABtbMTd-ABtbMTh-ABtbMTl-ABtbMjB-ABtbMX4AG1syfgAbW0QAG1s2fgAbWzV-ABtbQwAbW0EADQoAG1sl"
     "cDElZFAAG1slcDElZE0AG1slcDElZEIAG1slcDElZEAAG1slcDElZEwAG1slcDElZEQAG1slcDElZEMAG1slcDEl"
     "ZEEAG2MbXVIAGzgAG1slaSVwMSVkZAAbNwAKABtNABtbMDsxMCU_JXAxJXQ7NyU7JT8lcDIldDs0JTslPyVwMyV0"
     "OzclOyU_JXA0JXQ7NSU7JT8lcDUldDsyJTslPyVwNiV0OzElO20lPyVwOSV0DiVlDyU7ABtIAAkAG1tHACsrLCwt"
     "LS4uMDBgYGFhZmZnZ2hoaWlqamtrbGxtbW5ub29wcHFxcnJzc3R0dXV2dnd3eHh5eXp6e3t8fH19fn4AGwkAG1s_"
     "N2gAG1s_N2wAGykwABtbNH4AGgAbWzIzfgAbWzI0fgAbWzI1fgAbWzI2fgAbWzI4fgAbWzI5fgAbWzMxfgAbWzMy"
     "fgAbWzMzfgAbWzM0fgAbWzFLABtbJWklZDslZFIAG1s2bgAbWz82YwAbW2MAG1szOTs0OW0AG11SABtdUCVwMSV4"
     "JXAyJXsyNTV9JSolezEwMDB9JS8lMDJ4JXAzJXsyNTV9JSolezEwMDB9JS8lMDJ4JXA0JXsyNTV9JSolezEwMDB9"
     "JS8lMDJ4ABtbTQAbWzMlcDElZG0AG1s0JXAxJWRtABtbMTFtABtbMTBtAA=="},
    {"vt", "vt100",
     "b64:GgEsABcABwApAUQCdnQxMDB8dnQxMDAtYW18REVDIFZUMTAwICh3L2FkdmFuY2VkIHZpZGVvKQAAAQAAAQAA"
     "AAAAAAAAAAEAAAAAAAEAAQBQAAgAGAD_______8DAP__AAACAAQAFQAaACYALgD_____NwBMAE4A__9SAP____9U"
     "AP__XAD_____________ZABmAG8A________________eACBAIoA__-TAJUA________ngCmAP______________"
     "____________rgD_____________sAD_______-0ALgAvADAAMQAyADMANAA1ADYANwA________4AD________k"
     "AP_______-gA7AD0AP___AD__wABBAEIAf____________________________8MAf_______xUBHgH__ycB____"
     "____MAE1AToB_____z8B_____1cB__9aAV0BXwFmAbIB__-1Af__________twG7Ab8BwwHHAf_____LAf______"
     "_____gEEAv____8KAv_______________________xEC____________________________________________"
     "________________________________________________________________________________________"
     "________________________________________________________________________________________"
     "______________________________________________________8VAv______________________________"
     "______________________________8eAikCLgJBAgcADQAbWyVpJXAxJWQ7JXAyJWRyABtbM2cAG1tIG1tKJDw1"
     "MD4AG1tLJDwzPgAbW0okPDUwPgAbWyVpJXAxJWQ7JXAyJWRIJDw1PgAKABtbSAAIABtbQyQ8Mj4AG1tBJDwyPgAO"
     "ABtbNW0kPDI-ABtbMW0kPDI-ABtbN20kPDI-ABtbN20kPDI-ABtbNG0kPDI-AA8AG1ttDyQ8Mj4AG1ttJDwyPgAb"
     "W20kPDI-AAgAG09CABtPeQAbT1AAG094ABtPUQAbT1IAG09TABtPdAAbT3UAG092ABtPbAAbT3cAG09EABtPQwAb"
     "T0EAG1s_MWwbPgAbWz8xaBs9AHBmMQBwZjIAcGYzAHBmNAAbWyVwMSVkQgAbWyVwMSVkRAAbWyVwMSVkQwAbWyVw"
     "MSVkQQAbWzBpABtbNGkAG1s1aQAbPBs-G1s_Mzs0OzVsG1s_Nzs4aBtbcgAbOAAbNwAKABtNJDw1PgAbWzAlPyVw"
     "MSVwNiV8JXQ7MSU7JT8lcDIldDs0JTslPyVwMSVwMyV8JXQ7NyU7JT8lcDQldDs1JTttJT8lcDkldA4lZQ8lOyQ8"
     "Mj4AG0gACQAbT3EAG09zABtPcgAbT3AAG09uAGBgYWFmZmdnampra2xsbW1ubm9vcHBxcXJyc3N0dHV1dnZ3d3h4"
     "eXl6ent7fHx9fX5-ABtbPzdoABtbPzdsABsoQhspMAAbT00AG1sxSyQ8Mz4AG1slaSVkOyVkUgAbWzZuABtbPyVb"
     "OzAxMjM0NTY3ODldYwAbWgA="},
    {"", "xterm-256color",
     "b64:HgIlAB0ADwBxAVQGeHRlcm0tMjU2Y29sb3J8eHRlcm0gd2l0aCAyNTYgY29sb3JzAAABAAABAAAAAQAAAAAB"
     "AQAAAAAAAAABAAABAAEBUAAAAAgAAAAYAAAA____________________________________________________"
     "_wABAAAAAAEAAAAEAAYACAAZAB4AJgAqAC4A__85AEoATABQAFcA__9ZAGYA__9qAG4AeAB8AP____-AAIQAiQCO"
     "AP__oAClAKoA__-vALQAuQC-AMcAywDSAP__5ADpAO8A9QD_______8HAf_______xkB__8dAf_______x8B__8k"
     "Af__________KAEsATIBNgE6AT4BRAFKAVABVgFcAWAB__9lAf__aQFuAXMBdwF-Af__hQGJAZEB____________"
     "_________________5kBogGrAf__rgG3AcAByQHSAdsB5AHtAfYB_wH_______8IAgwCEQIWAioCMwL_____RQJI"
     "AlMCVgJYAlsCuAL__7sC__________-9AsECxQLJAs0C_____9EC__8GA_____8KAxAD_____________xYD____"
     "_________xoDHgP__________________________________________________________________yID____"
     "_ykD__________8wAzcDPgP_____RQP__0wD________UwP_____________WgNgA2YDbQN0A3sDggOKA5IDmgOi"
     "A6oDsgO6A8IDyQPQA9cD3gPmA-4D9gP-AwYEDgQWBB4EJQQsBDMEOgRCBEoEUgRaBGIEagRyBHoEgQSIBI8ElgSe"
     "BKYErgS2BL4ExgTOBNYE3QTkBOsE8AT_________________________________________________________"
     "__cEAgUHBRoFHgUnBS4F_____________________________4wF________________________kQX_________"
     "____________________________________________lwWoBf____________________________-6Bf______"
     "_74F_QX__________________z0GG1taAAcADQAbWyVpJXAxJWQ7JXAyJWRyABtbM2cAG1tIG1sySgAbW0sAG1tK"
     "ABtbJWklcDElZEcAG1slaSVwMSVkOyVwMiVkSAAKABtbSAAbWz8yNWwACAAbWz8xMmwbWz8yNWgAG1tDABtbQQAb"
     "Wz8xMjsyNWgAG1tQABtbTQAbKDAAG1s1bQAbWzFtABtbPzEwNDloG1syMjswOzB0ABtbMm0AG1s0aAAbWzhtABtb"
     "N20AG1s3bQAbWzRtABtbJXAxJWRYABsoQgAbKEIbW20AG1s_MTA0OWwbWzIzOzA7MHQAG1s0bAAbWzI3bQAbWzI0"
     "bQAbWz81aCQ8MTAwLz4bWz81bAAbWyFwG1s_Mzs0bBtbNGwbPgAbW0wAfwAbWzN-ABtPQgAbT1AAG1syMX4AG09R"
     "ABtPUgAbT1MAG1sxNX4AG1sxN34AG1sxOH4AG1sxOX4AG1syMH4AG09IABtbMn4AG09EABtbNn4AG1s1fgAbT0MA"
     "G1sxOzJCABtbMTsyQQAbT0EAG1s_MWwbPgAbWz8xaBs9ABtbPzEwMzRsABtbPzEwMzRoABtFABtbJXAxJWRQABtb"
     "JXAxJWRNABtbJXAxJWRCABtbJXAxJWRAABtbJXAxJWRTABtbJXAxJWRMABtbJXAxJWREABtbJXAxJWRDABtbJXAx"
     "JWRUABtbJXAxJWRBABtbaQAbWzRpABtbNWkAJXAxJWMbWyVwMiV7MX0lLSVkYgAbYxtdMTA0BwAbWyFwG1s_Mzs0"
     "bBtbNGwbPgAbOAAbWyVpJXAxJWRkABs3AAoAG00AJT8lcDkldBsoMCVlGyhCJTsbWzAlPyVwNiV0OzElOyU_JXA1"
     "JXQ7MiU7JT8lcDIldDs0JTslPyVwMSVwMyV8JXQ7NyU7JT8lcDQldDs1JTslPyVwNyV0OzglO20AG0gACQAbT3cA"
     "G095ABtPdQAbT3EAG09zAGBgYWFmZmdnaWlqamtrbGxtbW5ub29wcHFxcnJzc3R0dXV2dnd3eHh5eXp6e3t8fH19"
     "fn4AG1taABtbPzdoABtbPzdsABtPRQAbT0YAG09NABtbMzsyfgAbWzE7MkYAG1sxOzJIABtbMjsyfgAbWzE7MkQA"
     "G1s2OzJ-ABtbNTsyfgAbWzE7MkMAG1syM34AG1syNH4AG1sxOzJQABtbMTsyUQAbWzE7MlIAG1sxOzJTABtbMTU7"
     "Mn4AG1sxNzsyfgAbWzE4OzJ-ABtbMTk7Mn4AG1syMDsyfgAbWzIxOzJ-ABtbMjM7Mn4AG1syNDsyfgAbWzE7NVAA"
     "G1sxOzVRABtbMTs1UgAbWzE7NVMAG1sxNTs1fgAbWzE3OzV-ABtbMTg7NX4AG1sxOTs1fgAbWzIwOzV-ABtbMjE7"
     "NX4AG1syMzs1fgAbWzI0OzV-ABtbMTs2UAAbWzE7NlEAG1sxOzZSABtbMTs2UwAbWzE1OzZ-ABtbMTc7Nn4AG1sx"
     "ODs2fgAbWzE5OzZ-ABtbMjA7Nn4AG1syMTs2fgAbWzIzOzZ-ABtbMjQ7Nn4AG1sxOzNQABtbMTszUQAbWzE7M1IA"
     "G1sxOzNTABtbMTU7M34AG1sxNzszfgAbWzE4OzN-ABtbMTk7M34AG1syMDszfgAbWzIxOzN-ABtbMjM7M34AG1sy"
     "NDszfgAbWzE7NFAAG1sxOzRRABtbMTs0UgAbWzFLABtbPzY5bAAbWyVpJWQ7JWRSABtbNm4AG1s_JVs7MDEyMzQ1"
     "Njc4OV1jABtbYwAbWzM5OzQ5bQAbXTEwNAcAG100OyVwMSVkO3JnYjolcDIlezI1NX0lKiV7MTAwMH0lLyUyLjJY"
     "LyVwMyV7MjU1fSUqJXsxMDAwfSUvJTIuMlgvJXA0JXsyNTV9JSolezEwMDB9JS8lMi4yWBtcABtbM20AG1syM20A"
     "G1s_NjloG1slaSVwMSVkcwAbWz82OWgbWyVpOyVwMSVkcwAbWzwAG1slPyVwMSV7OH0lPCV0MyVwMSVkJWUlcDEl"
     "ezE2fSU8JXQ5JXAxJXs4fSUtJWQlZTM4OzU7JXAxJWQlO20AG1slPyVwMSV7OH0lPCV0NCVwMSVkJWUlcDElezE2"
     "fSU8JXQxMCVwMSV7OH0lLSVkJWU0ODs1OyVwMSVkJTttABtbPzY5aBtbJWklcDElZDslcDIlZHMA"},
};

SCREEN *curses_open_carried(const char *type) {
    const terminal_entry *found = entries;
    while (strncmp(type, found->prefix, strlen(found->prefix)) != 0) found++;
    const char *variable = getenv("TERMINFO");
    char *former = variable ? strdup(variable) : NULL;
    setenv("TERMINFO", found->entry, 1);
    SCREEN *screen = newterm(found->name, stdout, stdin);
    // Programs that this one starts look for their own.
    if (former) {
        setenv("TERMINFO", former, 1);
    } else {
        unsetenv("TERMINFO");
    }
    free(former);
    return screen;
}
