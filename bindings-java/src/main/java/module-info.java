/**
 * Quoalise: energy data exchanged between federated servers over XMPP and SenML.
 */
module quoalise {
    exports quoalise;
}
