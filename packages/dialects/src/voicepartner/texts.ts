import type { Language } from './wire.ts';

/** This dialect's sentences in one language. */
export interface Texts {
  credential: string;
  conflictingCredential: string;
  forbidden: string;
  notFound: string;
  methodNotAllowed: string;
  badUrl: string;
  invalidRequest: string;
  unknownFormat: string;
  missing: string;
  credits: string;
  rateLimited: string;
  internal: string;
  unavailable: string;
}

/** `credential` is the platform's own in both languages; the others are our choice. */
export const texts: Readonly<Record<Language, Texts>> = {
  fr: {
    credential: 'Clé API incorrecte',
    conflictingCredential: 'La clé API est fournie plusieurs fois',
    forbidden: 'Accès refusé',
    notFound: 'Ressource introuvable',
    methodNotAllowed: 'Méthode non autorisée',
    badUrl: 'URL incorrecte',
    invalidRequest: 'Requête incorrecte',
    unknownFormat: 'Le format doit être json ou xml',
    missing: 'Ce champ est requis',
    credits: 'Crédits insuffisants',
    rateLimited: 'Trop de requêtes, veuillez réessayer plus tard',
    internal: 'Erreur interne',
    unavailable: 'Service indisponible, veuillez réessayer plus tard',
  },
  en: {
    credential: 'Incorrect API Key',
    conflictingCredential: 'The API key is given more than once',
    forbidden: 'Access denied',
    notFound: 'Resource not found',
    methodNotAllowed: 'Method not allowed',
    badUrl: 'Incorrect URL',
    invalidRequest: 'Incorrect request',
    unknownFormat: 'The format must be json or xml',
    missing: 'This field is required',
    credits: 'Not enough credits',
    rateLimited: 'Too many requests, please try again later',
    internal: 'Internal error',
    unavailable: 'Service unavailable, please try again later',
  },
};
